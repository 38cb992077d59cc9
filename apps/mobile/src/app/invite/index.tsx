import { Redirect } from 'expo-router';

export default function Invite() {
  return <Redirect href="/" />;
}
