/** Reads a QR or bar code with the camera of the device. */
import { useT } from '@/i18n';
import { SPACE } from '@/theme/theme';
import { CameraView, useCameraPermissions } from 'expo-camera';
import { Linking, View } from 'react-native';
import { Button } from './Button';
import { Sheet } from './Sheet';
import { T } from './Text';

export const scannerThere = true;

export interface ScannerProps {
  open: boolean;
  title: string;
  onClose: () => void;
  onRead: (text: string) => void;
}

export function Scanner({ open, title, onClose, onRead }: ScannerProps) {
  const t = useT();
  const [permission, ask] = useCameraPermissions();
  return (
    <Sheet open={open} title={title} onClose={onClose}>
      <View style={{ padding: SPACE.normal, gap: SPACE.normal }}>
        {permission?.granted ? (
          <CameraView style={{ height: 320, borderRadius: 16, overflow: 'hidden' }} barcodeScannerSettings={{ barcodeTypes: ['qr', 'code128', 'ean13', 'datamatrix'] }} onBarcodeScanned={({ data }) => onRead(data)} />
        ) : (
          <>
            <T>{t('scan.permission')}</T>
            <Button icon="scan" label={t('scan.allow')} onPress={() => void (permission?.canAskAgain === false ? Linking.openSettings() : ask())} />
          </>
        )}
        <T tone="quiet">{t('scan.or')}</T>
      </View>
    </Sheet>
  );
}
